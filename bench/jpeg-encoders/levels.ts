/** Qualities of libjpeg-turbo, which all others are to equal. */
export const LEVELS = [90, 70, 50];
/** What a camera's own JPEG has. */
export const CAMERA_QUALITY = 95;
