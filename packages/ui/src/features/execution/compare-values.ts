// Differences as people read them.

export interface Difference {
  readonly path: string
  readonly left?: unknown
  readonly right?: unknown
}

/** The address of a file names its execution: two files of the same name and place are no difference. */
export function withoutIds(differences: readonly Difference[], ids: readonly [string, string]): readonly Difference[] {
  return differences.filter(({ left, right }) => bare(left, ids) !== bare(right, ids) || left === undefined)
}

function bare(value: unknown, ids: readonly string[]): string {
  return ids.reduce((text, id) => text.replaceAll(id, '·'), JSON.stringify(value) ?? '')
}

export function valueText(value: unknown, absent: string): string {
  if (value === undefined) return absent
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2)
}

const NOTABLE = 0.1

/** `+64 %`; nothing where it is about the same. */
export function changeOf(left: number | null | undefined, right: number | null | undefined): string | undefined {
  if (left === null || left === undefined || right === null || right === undefined || left === 0) return undefined
  const share = right / left - 1
  if (Math.abs(share) < NOTABLE) return undefined
  return `${share > 0 ? '+' : '−'}${Math.round(Math.abs(share) * 100)} %`
}
