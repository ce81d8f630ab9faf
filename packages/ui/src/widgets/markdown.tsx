import { useMemo, type ReactNode } from 'react'
import classes from './markdown.module.css'
import { parseMarkdown, type Block, type Inline } from './parse-markdown.ts'

/** Markdown as elements of the page. Headings begin below those of the page around it. */
export function Markdown({ text, level = 3 }: { readonly text: string; readonly level?: number }): ReactNode {
  const blocks = useMemo(() => parseMarkdown(text), [text])
  return (
    <div className={classes['markdown']}>
      <Blocks blocks={blocks} level={level} />
    </div>
  )
}

function Blocks({ blocks, level }: { readonly blocks: readonly Block[]; readonly level: number }): ReactNode {
  return blocks.map((block, key) => <BlockOf key={key} block={block} level={level} />)
}

function BlockOf({ block, level }: { readonly block: Block; readonly level: number }): ReactNode {
  switch (block.type) {
    case 'heading':
      return <Heading level={Math.min(6, level + block.level - 1)} parts={block.parts} />
    case 'paragraph':
      return (
        <p>
          <Inlines parts={block.parts} />
        </p>
      )
    case 'code':
      return (
        <pre tabIndex={0}>
          <code>{block.text}</code>
        </pre>
      )
    case 'quote':
      return (
        <blockquote>
          <Blocks blocks={block.blocks} level={level} />
        </blockquote>
      )
    case 'list': {
      const items = block.items.map((item, key) => (
        <li key={key}>
          <Blocks blocks={item} level={level} />
        </li>
      ))
      return block.isOrdered ? <ol>{items}</ol> : <ul>{items}</ul>
    }
    case 'table':
      return <TableOf block={block} />
    case 'line':
      return <hr />
  }
}

function Heading({ level, parts }: { readonly level: number; readonly parts: readonly Inline[] }): ReactNode {
  const content = <Inlines parts={parts} />
  if (level <= 2) return <h2>{content}</h2>
  if (level === 3) return <h3>{content}</h3>
  if (level === 4) return <h4>{content}</h4>
  return <h5>{content}</h5>
}

function TableOf({ block: { head, rows } }: { readonly block: Extract<Block, { type: 'table' }> }): ReactNode {
  return (
    <table>
      <thead>
        <tr>
          {head.map((cell, key) => (
            <th key={key} scope="col">
              <Inlines parts={cell} />
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, key) => (
          <tr key={key}>
            {row.map((cell, at) => (
              <td key={at}>
                <Inlines parts={cell} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Inlines({ parts }: { readonly parts: readonly Inline[] }): ReactNode {
  return parts.map((part, key) => <InlineOf key={key} part={part} />)
}

function InlineOf({ part }: { readonly part: Inline }): ReactNode {
  switch (part.type) {
    case 'text':
      return part.text
    case 'code':
      return <code>{part.text}</code>
    case 'strong':
      return (
        <strong>
          <Inlines parts={part.parts} />
        </strong>
      )
    case 'emphasis':
      return (
        <em>
          <Inlines parts={part.parts} />
        </em>
      )
    case 'struck':
      return (
        <s>
          <Inlines parts={part.parts} />
        </s>
      )
    case 'link': {
      const isOutside = /^[a-z]+:/i.test(part.to)
      return (
        <a href={part.to} {...(isOutside ? { target: '_blank', rel: 'noreferrer noopener' } : {})}>
          <Inlines parts={part.parts} />
        </a>
      )
    }
  }
}
