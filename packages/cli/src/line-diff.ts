// Two texts line by line, as `diff -u` shows them: what is gone, what is new, and a few lines around it.
import { styleText } from 'node:util'

const CONTEXT_LINES = 3
/** Beyond so many pairs of lines the changed part is shown as replaced as a whole. */
const PAIRS_MAX = 4_000_000

export interface DiffLine {
  readonly mark: ' ' | '-' | '+'
  readonly text: string
}

export function diffLines(before: string, after: string): readonly DiffLine[] {
  const [a, b] = [linesOf(before), linesOf(after)]
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail])
    tail += 1
  const same = (lines: readonly string[]): readonly DiffLine[] => lines.map(text => ({ mark: ' ', text }))
  return [
    ...same(a.slice(0, head)),
    ...changed(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...same(a.slice(a.length - tail)),
  ]
}

/** Only what changed with the lines around it; nothing where nothing did. Colours where the output is a terminal. */
export function printableDiff(before: string, after: string): readonly string[] {
  const lines = diffLines(before, after)
  const near = new Set<number>()
  lines.forEach(({ mark }, at) => {
    if (mark === ' ') return
    for (let each = at - CONTEXT_LINES; each <= at + CONTEXT_LINES; each += 1) near.add(each)
  })
  return lines.flatMap(({ mark, text }, at) => {
    if (!near.has(at)) return near.has(at - 1) && at < lines.length - 1 ? ['  …'] : []
    return [painted(mark, `${mark} ${text}`)]
  })
}

function painted(mark: DiffLine['mark'], line: string): string {
  if (mark === ' ' || !process.stdout.isTTY) return line
  return styleText(mark === '+' ? 'green' : 'red', line)
}

/** The longest common subsequence, from behind. */
function changed(a: readonly string[], b: readonly string[]): readonly DiffLine[] {
  const gone = a.map((text): DiffLine => ({ mark: '-', text }))
  const fresh = b.map((text): DiffLine => ({ mark: '+', text }))
  if (a.length === 0 || b.length === 0 || a.length * b.length > PAIRS_MAX) return [...gone, ...fresh]
  const width = b.length + 1
  const common = new Uint32Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      common[i * width + j] =
        a[i] === b[j]
          ? (common[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(common[(i + 1) * width + j] ?? 0, common[i * width + j + 1] ?? 0)
  const lines: DiffLine[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    const isSame = i < a.length && j < b.length && a[i] === b[j]
    const isGone = j >= b.length || (common[(i + 1) * width + j] ?? 0) >= (common[i * width + j + 1] ?? 0)
    if (isSame) lines.push({ mark: ' ', text: a[i] ?? '' })
    else if (i < a.length && isGone) lines.push({ mark: '-', text: a[i] ?? '' })
    else lines.push({ mark: '+', text: b[j] ?? '' })
    if (isSame || lines.at(-1)?.mark === '-') i += 1
    if (isSame || lines.at(-1)?.mark === '+') j += 1
  }
  return lines
}

function linesOf(text: string): readonly string[] {
  return text.replace(/\r\n/g, '\n').replace(/\n$/, '').split('\n')
}
