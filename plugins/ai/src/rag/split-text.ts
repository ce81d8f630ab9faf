// Cuts a text into segments of at most so many characters, at the coarsest border that fits: paragraphs, lines, sentences, words, characters.
export interface Splitter {
  readonly splitter: 'RECURSIVE' | 'PARAGRAPH' | 'LINE' | 'SENTENCE' | 'WORD'
  readonly maxSegmentSizeInChars: number
  readonly maxOverlapSizeInChars: number
}

const BORDERS = [/\n\s*\n/, /\n/, /(?<=[.!?])\s+/, /\s+/] as const
const JOINTS = ['\n\n', '\n', ' ', ' '] as const
const FIRST: Readonly<Record<Splitter['splitter'], number>> = {
  RECURSIVE: 0,
  PARAGRAPH: 0,
  LINE: 1,
  SENTENCE: 2,
  WORD: 3,
}

export function splitText(
  text: string,
  { splitter, maxSegmentSizeInChars: max, maxOverlapSizeInChars: overlap }: Splitter,
): readonly string[] {
  return split(text.trim(), Math.max(1, max), {
    level: FIRST[splitter],
    overlap: Math.min(overlap, Math.floor(max / 2)),
  })
}

function split(
  text: string,
  max: number,
  { level, overlap }: { readonly level: number; readonly overlap: number },
): readonly string[] {
  if (text.length <= max) return text === '' ? [] : [text]
  const border = BORDERS[level]
  const joint = JOINTS[level] ?? ''
  if (border === undefined)
    return Array.from({ length: Math.ceil(text.length / max) }, (_, at) => text.slice(at * max, (at + 1) * max))
  const segments: string[] = []
  let open = ''
  for (const part of text.split(border).filter(piece => piece.trim() !== '')) {
    if (open !== '' && open.length + joint.length + part.length <= max) {
      open += joint + part
      continue
    }
    if (open !== '') segments.push(open)
    const tail = overlap === 0 ? '' : tailOf(open, overlap)
    open = tail !== '' && tail.length + joint.length + part.length <= max ? tail + joint + part : part
    if (open.length <= max) continue
    const finer = split(open, max, { level: level + 1, overlap })
    segments.push(...finer.slice(0, -1))
    open = finer.at(-1) ?? ''
  }
  return open === '' ? segments : [...segments, open]
}

/** Whole words only. */
function tailOf(text: string, chars: number): string {
  const tail = text.slice(-chars)
  return tail.length === text.length ? tail : tail.slice(tail.search(/\s/) + 1)
}
