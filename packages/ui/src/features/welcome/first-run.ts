// What the browser remembers of the first minutes.

/** The execution that *Run* on the welcome page started, until its note is closed. */
export const FIRST_RUN = 'welcome.run'
/** Set when the welcome page shall not be the first one any more. */
export const SKIPPED = 'welcome.skipped'
