import { createContext, useContext, useMemo, type ReactNode } from 'react'
import { Link } from '../lib/link.tsx'
import { parseMarkdown, type MarkdownBlock as Block, type MarkdownInline as Inline } from '../lib/markdown.ts'
import classes from './markdown.module.css'
import { t } from './late-messages.ts'

export interface MarkdownProps {
  readonly text: string
  /** Of its highest headings: they begin below those of the page around it. */
  readonly level?: number
  /** Headings are places that an address can name. */
  readonly hasAnchors?: boolean
  /** Where a link leads that is written for another place; without an answer it leads where it says. */
  readonly linkTo?: (to: string) => string | undefined
}

type Place = Pick<MarkdownProps, 'hasAnchors' | 'linkTo'>

const Around = createContext<Place>({})

/** Markdown as elements of the page. */
export function Markdown({ text, level = 3, hasAnchors = false, linkTo }: MarkdownProps): ReactNode {
  const blocks = useMemo(() => parseMarkdown(text), [text])
  const place = useMemo(() => ({ hasAnchors, ...(linkTo && { linkTo }) }), [hasAnchors, linkTo])
  return (
    <Around value={place}>
      <div className={classes['markdown']}>
        <Blocks blocks={blocks} level={level} />
      </div>
    </Around>
  )
}

function Blocks({ blocks, level }: { readonly blocks: readonly Block[]; readonly level: number }): ReactNode {
  return blocks.map((block, key) => <BlockOf key={key} block={block} level={level} />)
}

function BlockOf({ block, level }: { readonly block: Block; readonly level: number }): ReactNode {
  switch (block.type) {
    case 'heading':
      return <Heading block={block} level={Math.min(6, level + block.level - 1)} />
    case 'paragraph':
      return (
        <p>
          <Inlines parts={block.children} />
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
          <Blocks blocks={block.children} level={level} />
        </blockquote>
      )
    case 'list': {
      const items = block.items.map((item, key) => (
        <li key={key}>
          <Blocks blocks={item} level={level} />
        </li>
      ))
      return block.from === undefined ? <ul>{items}</ul> : <ol start={block.from}>{items}</ol>
    }
    case 'table':
      return <TableOf block={block} />
    case 'rule':
      return <hr />
  }
}

interface HeadingProps {
  readonly block: Extract<Block, { readonly type: 'heading' }>
  readonly level: number
}

function Heading({ block: { children, anchor }, level }: HeadingProps): ReactNode {
  const { hasAnchors = false } = useContext(Around)
  const content = <Inlines parts={children} />
  const id = hasAnchors ? anchor : undefined
  if (level <= 2) return <h2 id={id}>{content}</h2>
  if (level === 3) return <h3 id={id}>{content}</h3>
  if (level === 4) return <h4 id={id}>{content}</h4>
  return <h5 id={id}>{content}</h5>
}

function TableOf({ block: { head, rows } }: { readonly block: Extract<Block, { type: 'table' }> }): ReactNode {
  return (
    <div className={classes['table']} tabIndex={0} role="group" aria-label={t('table')}>
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
    </div>
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
          <Inlines parts={part.children} />
        </strong>
      )
    case 'emphasis':
      return (
        <em>
          <Inlines parts={part.children} />
        </em>
      )
    case 'struck':
      return (
        <s>
          <Inlines parts={part.children} />
        </s>
      )
    case 'break':
      return <br />
    case 'link':
      return <Anchor to={part.to} parts={part.children} />
    // The page asks no other host for anything: a picture is where its link leads.
    case 'picture':
      return <Anchor to={part.from} parts={[{ type: 'text', text: part.text === '' ? part.from : part.text }]} />
  }
}

function Anchor({ to, parts }: { readonly to: string; readonly parts: readonly Inline[] }): ReactNode {
  const { linkTo } = useContext(Around)
  const content = <Inlines parts={parts} />
  const inside = linkTo?.(to)
  if (inside !== undefined) return <Link to={inside}>{content}</Link>
  const isOutside = /^[a-z]+:/i.test(to)
  return (
    <a href={to} {...(isOutside ? { target: '_blank', rel: 'noreferrer noopener' } : {})}>
      {content}
    </a>
  )
}
