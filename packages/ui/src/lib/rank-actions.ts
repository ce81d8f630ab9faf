// Which actions fit what was typed, the best first: letters may be left out, but not exchanged.

export interface Rankable {
  readonly title: string
  readonly section: string
  readonly words?: string
}

export function rankActions<A extends Rankable>(actions: readonly A[], text: string): readonly A[] {
  const wanted = text.trim().toLowerCase()
  if (wanted === '') return actions
  return actions
    .map(action => ({ action, score: scoreOf(action, wanted) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ action }) => action)
}

function scoreOf({ title, section, words = '' }: Rankable, wanted: string): number {
  return Math.max(fit(title, wanted), fit(words, wanted) * 0.8, fit(`${section} ${title}`, wanted) * 0.7)
}

/** 0 where a letter is missing; beginnings of words and neighbours count for more. */
export function fit(text: string, wanted: string): number {
  const lower = text.toLowerCase()
  const whole = lower.indexOf(wanted)
  if (whole >= 0) return 100 - Math.min(50, whole) + (whole === 0 || lower[whole - 1] === ' ' ? 50 : 0)
  let score = 0
  let from = 0
  for (const letter of wanted) {
    const at = lower.indexOf(letter, from)
    if (at < 0) return 0
    score += at === from ? 3 : at === 0 || /[\s._/-]/.test(lower[at - 1] ?? '') ? 4 : 1
    from = at + 1
  }
  return score / wanted.length
}
