// The little of Markdown that a description of one line needs: strong, emphasis, code and links.
import type { ReactNode } from 'react'

const PARTS = /\*\*([^*]+)\*\*|\*([^*]+)\*|`([^`]+)`|\[([^\]]+)\]\((https?:\/\/[^)\s]+)\)/g

export function InlineText({ text }: { readonly text: string }): ReactNode {
  const parts: ReactNode[] = []
  let from = 0
  for (const match of text.matchAll(PARTS)) {
    parts.push(text.slice(from, match.index), partOf(match, match.index))
    from = match.index + match[0].length
  }
  return [...parts, text.slice(from)]
}

function partOf([, strong, emphasis, code, name, url]: RegExpMatchArray, key: number): ReactNode {
  if (strong !== undefined) return <strong key={key}>{strong}</strong>
  if (emphasis !== undefined) return <em key={key}>{emphasis}</em>
  if (code !== undefined) return <code key={key}>{code}</code>
  return (
    <a key={key} href={url} target="_blank" rel="noreferrer">
      {name}
    </a>
  )
}
