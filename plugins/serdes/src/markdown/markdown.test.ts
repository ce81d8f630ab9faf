import assert from 'node:assert/strict'
import { test } from 'node:test'
import { convert, openTestRun, textOf } from '../testing/convert.ts'
import { jsonToToon, toonToJson } from '../toon/toon-tasks.ts'
import { htmlToMarkdown, markdownToHtml, markdownToText } from './markdown-tasks.ts'

const MARKDOWN = `# Title

Some *text* with [a link](https://example.com) &amp; \`code\`.

- one
- two
  1. deep

| a | b |
|---|---|
| 1 | 2 |

\`\`\`js
x < 1
\`\`\`
`

test('Markdown becomes HTML and plain text', async t => {
  const run = await openTestRun(t)

  const html = await textOf(run, await convert(run, markdownToHtml, MARKDOWN))
  const text = await textOf(run, await convert(run, markdownToText, MARKDOWN))

  assert.match(
    html,
    /<h1>Title<\/h1>\n<p>Some <em>text<\/em> with <a href="https:\/\/example.com">a link<\/a> &amp; <code>code<\/code>\.<\/p>/,
  )
  assert.match(html, /<td>2<\/td>/)
  assert.equal(text, 'Title\n\nSome text with a link & code.\n\n- one\n- two\n  1. deep\n\na\tb\n1\t2\n\nx < 1\n')
})

test('HTML becomes Markdown', async t => {
  const run = await openTestRun(t)
  const page = `<!doctype html><html><head><title>No</title><style>p{}</style></head><body><nav>menu</nav>
    <h2>A &lt;b&gt; title</h2><p>First <b>bold</b>, <em>soft</em><br>and <a href="/x?a=1">link</a>.<p>Second
    <ul><li>one<li>two<ol start="3"><li>deep</li></ol></ul><blockquote><p>said</p></blockquote>
    <pre><code class="language-js">a &lt; b
  c</code></pre><table><tr><th>h<th>i<tr><td>1|2<td>3</table><img src="p.png" alt="pic"><script>if (a < b) alert("</p>")</script></body>`

  const result = await convert(run, htmlToMarkdown, page, { baseUri: 'https://example.com/d/', ignoreTags: ['nav'] })

  assert.equal(
    await textOf(run, result),
    `## A <b> title

First **bold**, _soft_  
and [link](https://example.com/x?a=1).

Second

- one
- two
  3. deep

> said

\`\`\`js
a < b
  c
\`\`\`

| h | i |
| --- | --- |
| 1\\|2 | 3 |

![pic](https://example.com/d/p.png)
`,
  )
})

test('JSON becomes TOON and JSON again', async t => {
  const run = await openTestRun(t)

  const toon = await textOf(run, await convert(run, jsonToToon, '[{"id":1,"name":"Ada"},{"id":2,"name":"a,b"}]'))
  const json = await convert(run, toonToJson, toon)
  const broken = await convert(run, jsonToToon, '[1')

  assert.equal(toon, '[2]{id,name}:\n  1,Ada\n  2,"a,b"')
  assert.equal(await textOf(run, json), '[{"id":1,"name":"Ada"},{"id":2,"name":"a,b"}]')
  assert.match(broken.message ?? '', /the file is no JSON/)
})
