// Markdown as a page or as plain text, and a page as Markdown.
import { TaskError, defineTask, p } from '@batuta/plugin-sdk'
import type { MetricDescription, OutputDescription, RunContext } from '@batuta/plugin-sdk'
import { decodeText, encodeText } from '../charset.ts'
import { fromProperty } from '../conversion.ts'
import { htmlToMarkdownText } from './html-to-markdown.ts'
import { markdownText } from './markdown-text.ts'

const CHARS_MAX = 32 * 1024 * 1024

const charset = p.string().dynamic().default('UTF-8').group('processing').title('Character set of the files.')
const bytesMetric: MetricDescription = {
  name: 'bytes',
  type: 'counter',
  unit: 'bytes',
  description: 'Size of the new file.',
}
const uriOutput = (what: string): readonly OutputDescription[] => [{ name: 'uri', type: 'uri', description: what }]

async function readAll(ctx: RunContext, uri: string, name: string): Promise<string> {
  let text = ''
  for await (const part of decodeText(await ctx.files.open(uri), name)) {
    text += part
    if (text.length > CHARS_MAX) throw new TaskError(`the file is longer than ${CHARS_MAX} characters`)
  }
  return text.replace(/^\ufeff/, '')
}

async function storeText(
  ctx: RunContext,
  text: string,
  { name, extension }: { name: string; extension: string },
): Promise<{ uri: string }> {
  const one = async function* (): AsyncGenerator<string> {
    yield text
  }
  const uri = await ctx.files.put(encodeText(one(), name), { extension })
  ctx.metrics.counter('bytes', await ctx.files.size(uri))
  return { uri }
}

export const markdownToHtml = defineTask({
  type: 'io.kestra.plugin.serdes.markdown.MarkdownToHtml',
  title: 'Convert a Markdown file into HTML.',
  description:
    'The dialect is that of GitHub: tables, task lists, strikethrough. HTML inside of the file stays as it is.',
  properties: { from: fromProperty('Markdown'), charset },
  outputs: uriOutput('The HTML file.'),
  metrics: [bytesMetric],
  examples: [
    {
      title: 'A report as a page.',
      full: true,
      code: `id: markdown_to_html
namespace: company.team
tasks:
  - id: report
    type: io.kestra.plugin.core.storage.Write
    content: "# Report of {{ now() }}"
    extension: .md
  - id: page
    type: io.kestra.plugin.serdes.markdown.MarkdownToHtml
    from: "{{ outputs.report.uri }}"
`,
    },
  ],
  async run(ctx, props) {
    const { marked } = await import('marked')
    const name = await props.charset.render()
    const text = await readAll(ctx, await props.from.render(), name)
    return await storeText(ctx, await marked.parse(text, { gfm: true, async: true }), { name, extension: '.html' })
  },
})

export const markdownToText = defineTask({
  type: 'io.kestra.plugin.serdes.markdown.MarkdownToText',
  title: 'Convert a Markdown file into plain text.',
  properties: { from: fromProperty('Markdown'), charset },
  outputs: uriOutput('The text file.'),
  metrics: [bytesMetric],
  examples: [
    {
      title: 'Text for a mail.',
      full: true,
      code: `id: markdown_to_text
namespace: company.team
inputs:
  - id: file
    type: FILE
tasks:
  - id: text
    type: io.kestra.plugin.serdes.markdown.MarkdownToText
    from: "{{ inputs.file }}"
`,
    },
  ],
  async run(ctx, props) {
    const { marked } = await import('marked')
    const name = await props.charset.render()
    const text = await readAll(ctx, await props.from.render(), name)
    return await storeText(ctx, markdownText(marked.lexer(text, { gfm: true })), { name, extension: '.txt' })
  },
})

export const htmlToMarkdown = defineTask({
  type: 'io.kestra.plugin.serdes.markdown.HtmlToMarkdown',
  title: 'Convert an HTML file into Markdown.',
  properties: {
    from: fromProperty('HTML'),
    ignoreTags: p
      .list(p.string())
      .dynamic()
      .group('advanced')
      .title('Elements that are left out with all that is in them.'),
    baseUri: p.string().dynamic().group('advanced').title('What relative links are completed with.'),
  },
  outputs: uriOutput('The Markdown file.'),
  metrics: [bytesMetric],
  examples: [
    {
      title: 'A page as Markdown, for a model to read.',
      full: true,
      code: `id: html_to_markdown
namespace: company.team
tasks:
  - id: page
    type: io.kestra.plugin.core.http.Download
    uri: https://example.com/
  - id: markdown
    type: io.kestra.plugin.serdes.markdown.HtmlToMarkdown
    from: "{{ outputs.page.uri }}"
    baseUri: https://example.com/
    ignoreTags:
      - nav
      - footer
`,
    },
  ],
  async run(ctx, props) {
    const text = await readAll(ctx, await props.from.render(), 'UTF-8')
    const ignored = new Set((await props.ignoreTags.render())?.map(tag => tag.toLowerCase()) ?? [])
    const markdown = htmlToMarkdownText(text, { ignored, baseUri: await props.baseUri.render() })
    return await storeText(ctx, markdown, { name: 'UTF-8', extension: '.md' })
  },
})
