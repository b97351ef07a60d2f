/** What every answer to a page of another origin says. */
export const PICTURE_CORS: readonly string[] = [
  'Access-Control-Allow-Origin: *',
  'Access-Control-Expose-Headers: ETag, Retry-After, X-Pipit-Sequence, X-Pipit-Level',
];
