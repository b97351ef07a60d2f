/** Points of a series at most: a screen shows no more, and a day of minutes fits. */
export const HISTORY_POINTS = 1_500;
