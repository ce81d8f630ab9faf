// One reader of Markdown for the page and for the pages that the server makes.
export { parseMarkdown, type MarkdownBlock, type MarkdownInline } from '@batuta/core'
