// What changed between two texts, line by line: the shortest way from one to the other (Myers), found between what both begin and end with. Texts that
// share almost nothing are told as one taken out and one put in: looking for more would take longer than reading it.
export type LineChange =
  | { readonly type: 'same'; readonly left: number; readonly right: number; readonly text: string }
  | { readonly type: 'removed'; readonly left: number; readonly text: string }
  | { readonly type: 'added'; readonly right: number; readonly text: string }

const DISTANCE_MAX = 2_000

/** Numbers of lines begin at 1. */
export function diffLines(before: string, after: string): readonly LineChange[] {
  const [left, right] = [linesOf(before), linesOf(after)]
  let head = 0
  while (head < left.length && head < right.length && left[head] === right[head]) head++
  let tail = 0
  const room = Math.min(left.length, right.length) - head
  while (tail < room && left[left.length - 1 - tail] === right[right.length - 1 - tail]) tail++
  const middle = diffMiddle(left.slice(head, left.length - tail), right.slice(head, right.length - tail))
  const kept = (from: number, to: number, shift: number): readonly LineChange[] =>
    left
      .slice(from, to)
      .map((text, index) => ({ type: 'same', left: from + index + 1, right: from + index + 1 + shift, text }))
  return [
    ...kept(0, head, 0),
    ...middle.map(change => moved(change, head)),
    ...kept(left.length - tail, left.length, right.length - left.length),
  ]
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n')
}

function moved(change: LineChange, by: number): LineChange {
  switch (change.type) {
    case 'same':
      return { ...change, left: change.left + by, right: change.right + by }
    case 'removed':
      return { ...change, left: change.left + by }
    case 'added':
      return { ...change, right: change.right + by }
  }
}

function diffMiddle(left: readonly string[], right: readonly string[]): readonly LineChange[] {
  const trace = traceOf(left, right)
  if (!trace) return replaced(left, right)
  const changes: LineChange[] = []
  let [x, y] = [left.length, right.length]
  for (let distance = trace.length - 1; distance >= 0; distance--) {
    const reach = trace[distance]
    const diagonal = x - y
    const isDown =
      diagonal === -distance || (diagonal !== distance && at(reach, diagonal - 1) < at(reach, diagonal + 1))
    const from = isDown ? diagonal + 1 : diagonal - 1
    const fromX = distance === 0 ? 0 : at(reach, from)
    const fromY = distance === 0 ? 0 : fromX - from
    while (x > fromX && y > fromY) {
      changes.push({ type: 'same', left: x, right: y, text: left[x - 1] ?? '' })
      x--
      y--
    }
    if (distance === 0) break
    if (isDown) changes.push({ type: 'added', right: y, text: right[y - 1] ?? '' })
    else changes.push({ type: 'removed', left: x, text: left[x - 1] ?? '' })
    x = fromX
    y = fromY
  }
  return changes.toReversed()
}

type Reach = ReadonlyMap<number, number>

/** For every number of changes how far each diagonal came before it; undefined when it takes too many. */
function traceOf(left: readonly string[], right: readonly string[]): readonly Reach[] | undefined {
  const trace: Reach[] = []
  const reach = new Map<number, number>([[1, 0]])
  const most = Math.min(DISTANCE_MAX, left.length + right.length)
  for (let distance = 0; distance <= most; distance++) {
    trace.push(new Map(reach))
    for (let diagonal = -distance; diagonal <= distance; diagonal += 2) {
      const isDown =
        diagonal === -distance || (diagonal !== distance && at(reach, diagonal - 1) < at(reach, diagonal + 1))
      let x = isDown ? at(reach, diagonal + 1) : at(reach, diagonal - 1) + 1
      while (x < left.length && x - diagonal < right.length && left[x] === right[x - diagonal]) x++
      reach.set(diagonal, x)
      if (x >= left.length && x - diagonal >= right.length) return trace
    }
  }
  return undefined
}

function at(reach: Reach | undefined, diagonal: number): number {
  return reach?.get(diagonal) ?? 0
}

function replaced(left: readonly string[], right: readonly string[]): readonly LineChange[] {
  return [
    ...left.map((text, index): LineChange => ({ type: 'removed', left: index + 1, text })),
    ...right.map((text, index): LineChange => ({ type: 'added', right: index + 1, text })),
  ]
}

/** Only what changed, with some lines around; what is left out is a number. */
export function foldUnchanged(changes: readonly LineChange[], around: number): readonly (LineChange | number)[] {
  const isNear = changes.map((_, index) =>
    changes.slice(Math.max(0, index - around), index + around + 1).some(({ type }) => type !== 'same'),
  )
  const folded: (LineChange | number)[] = []
  for (const [index, change] of changes.entries()) {
    const last = folded.at(-1)
    if (isNear[index] === true) folded.push(change)
    else if (typeof last === 'number') folded[folded.length - 1] = last + 1
    else folded.push(1)
  }
  return folded
}
