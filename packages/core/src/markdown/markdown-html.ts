// The tree of Markdown as HTML, for pages that are made by a server. Everything of the text is escaped. Pictures of other hosts are links to them:
// a page asks nobody else.
import type { Inline, MarkdownBlock } from './markdown.ts'

export function markdownHtml(blocks: readonly MarkdownBlock[]): string {
  return blocks.map(blockHtml).join('\n')
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, letter => `&#${letter.charCodeAt(0)};`)
}

function blockHtml(block: MarkdownBlock): string {
  switch (block.type) {
    case 'heading':
      return `<h${block.level}>${inlineHtml(block.children)}</h${block.level}>`
    case 'paragraph':
      return `<p>${inlineHtml(block.children)}</p>`
    case 'code':
      return `<pre tabindex="0"><code>${escapeHtml(block.text)}</code></pre>`
    case 'quote':
      return `<blockquote>${markdownHtml(block.children)}</blockquote>`
    case 'list':
      return listHtml(block)
    case 'table':
      return tableHtml(block)
    case 'rule':
      return '<hr>'
  }
}

function listHtml({ from, items }: Extract<MarkdownBlock, { readonly type: 'list' }>): string {
  const inner = items.map(item => `<li>${itemHtml(item)}</li>`).join('')
  return from === undefined ? `<ul>${inner}</ul>` : `<ol start="${from}">${inner}</ol>`
}

/** An item of one paragraph needs no paragraph around it. */
function itemHtml(item: readonly MarkdownBlock[]): string {
  const [first, ...rest] = item
  if (first?.type !== 'paragraph') return markdownHtml(item)
  return `${inlineHtml(first.children)}${markdownHtml(rest)}`
}

function tableHtml({ head, rows }: Extract<MarkdownBlock, { readonly type: 'table' }>): string {
  const heads = head.map(cell => `<th scope="col">${inlineHtml(cell)}</th>`).join('')
  const lines = rows.map(row => `<tr>${row.map(cell => `<td>${inlineHtml(cell)}</td>`).join('')}</tr>`).join('')
  return `<div class="scroll" tabindex="0"><table><thead><tr>${heads}</tr></thead><tbody>${lines}</tbody></table></div>`
}

function inlineHtml(children: readonly Inline[]): string {
  return children.map(pieceHtml).join('')
}

function pieceHtml(piece: Inline): string {
  switch (piece.type) {
    case 'text':
      return escapeHtml(piece.text)
    case 'code':
      return `<code>${escapeHtml(piece.text)}</code>`
    case 'break':
      return '<br>'
    case 'strong':
      return `<strong>${inlineHtml(piece.children)}</strong>`
    case 'emphasis':
      return `<em>${inlineHtml(piece.children)}</em>`
    case 'struck':
      return `<s>${inlineHtml(piece.children)}</s>`
    case 'link':
      return `<a href="${escapeHtml(piece.to)}" rel="noopener noreferrer">${inlineHtml(piece.children)}</a>`
    case 'picture':
      return pictureHtml(piece)
  }
}

function pictureHtml({ from, text }: Extract<Inline, { readonly type: 'picture' }>): string {
  if (/^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(from))
    return `<a href="${escapeHtml(from)}" rel="noopener noreferrer">${escapeHtml(text === '' ? from : text)}</a>`
  return `<img src="${escapeHtml(from)}" alt="${escapeHtml(text)}">`
}
