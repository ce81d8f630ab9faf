// Where the guide says something: the paragraphs that have all words, under the heading that they stand below.
import { parseMarkdown, type MarkdownBlock, type MarkdownInline } from '@batuta/core'

export interface FoundPlace {
  readonly page: string
  readonly title: string
  /** The heading above, and its place in the address. */
  readonly heading: string
  readonly anchor: string | undefined
  readonly text: string
}

interface Searched {
  readonly id: string
  readonly title: string
  readonly text: string
}

const PLACES_MAX = 50
const TEXT_MAX = 220

/** Headings that match come first. */
export function searchGuide(pages: readonly Searched[], q: string): readonly FoundPlace[] {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return []
  const isIn = (text: string): boolean => words.every(word => text.toLowerCase().includes(word))
  const all = pages.flatMap(placesOf)
  const inHeading = all.filter(({ heading, title }) => isIn(`${title} ${heading}`))
  const once = inHeading.filter(
    (place, index) =>
      inHeading.findIndex(other => other.page === place.page && other.anchor === place.anchor) === index,
  )
  const inText = all.filter(place => !inHeading.includes(place) && isIn(place.text))
  return [...once, ...inText]
    .slice(0, PLACES_MAX)
    .map(place => ({ ...place, text: excerptOf(place.text, words[0] ?? '') }))
}

function placesOf({ id, title, text }: Searched): readonly FoundPlace[] {
  const places: FoundPlace[] = []
  let heading = title
  let anchor: string | undefined
  for (const block of parseMarkdown(text)) {
    if (block.type === 'heading') {
      heading = wordsOf(block.children)
      anchor = block.level === 1 ? undefined : block.anchor
    } else for (const piece of textsIn(block)) places.push({ page: id, title, heading, anchor, text: piece })
  }
  return places
}

/** Items and rows are found one by one. */
function textsIn(block: MarkdownBlock): readonly string[] {
  switch (block.type) {
    case 'heading':
    case 'paragraph':
      return [wordsOf(block.children)]
    case 'code':
      return [block.text]
    case 'quote':
      return block.children.flatMap(textsIn)
    case 'list':
      return block.items.map(item => item.flatMap(textsIn).join(' '))
    case 'table':
      return block.rows.map(row => row.map(wordsOf).join(' · '))
    case 'rule':
      return []
  }
}

function wordsOf(children: readonly MarkdownInline[]): string {
  return children
    .map(piece => {
      switch (piece.type) {
        case 'text':
        case 'code':
        case 'picture':
          return piece.text
        case 'break':
          return ' '
        case 'strong':
        case 'emphasis':
        case 'struck':
        case 'link':
          return wordsOf(piece.children)
      }
    })
    .join('')
}

function excerptOf(text: string, word: string): string {
  const flat = text.replace(/\s+/g, ' ')
  if (flat.length <= TEXT_MAX) return flat
  const at = Math.max(0, flat.toLowerCase().indexOf(word) - TEXT_MAX / 3)
  const part = flat.slice(at, at + TEXT_MAX)
  return `${at > 0 ? '… ' : ''}${part} …`
}
