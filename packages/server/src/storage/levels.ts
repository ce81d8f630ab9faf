/** Log levels as numbers, so that "this level and above" is a comparison. */
export const LEVEL_RANKS: Readonly<Record<string, number>> = { TRACE: 0, DEBUG: 1, INFO: 2, WARN: 3, ERROR: 4 }

export function rankOf(level: string): number {
  return LEVEL_RANKS[level] ?? 2
}
