/** What the author of the flow did wrong in a way only the run shows: it fails the run with this message in its log. */
export class RunError extends Error {}
