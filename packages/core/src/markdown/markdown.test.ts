import assert from 'node:assert/strict'
import { test } from 'node:test'
import { markdownHtml } from './markdown-html.ts'
import { parseMarkdown } from './markdown.ts'

const html = (text: string): string => markdownHtml(parseMarkdown(text)).replaceAll('\n', '')

test('headings, paragraphs and rules stand for themselves', () => {
  assert.equal(html('# One\n\ntwo\nlines\n\n---\n### Three ###'), '<h1>One</h1><p>two lines</p><hr><h3>Three</h3>')
  assert.deepEqual(parseMarkdown('## On the *server*, twice')[0], {
    type: 'heading',
    level: 2,
    anchor: 'on-the-server-twice',
    children: [
      { type: 'text', text: 'On the ' },
      { type: 'emphasis', children: [{ type: 'text', text: 'server' }] },
      { type: 'text', text: ', twice' },
    ],
  })
})

test('strong, emphasis, struck and code nest, and half a mark is text', () => {
  assert.equal(
    html('**a *b* c** _d_ ~~e~~ `f **g**` ``h ` i``'),
    '<p><strong>a <em>b</em> c</strong> <em>d</em> <s>e</s> <code>f **g**</code> <code>h ` i</code></p>',
  )
  assert.equal(html('2 * 3 * 4, a_b_c, **open, `open, \\*not\\*'), '<p>2 * 3 * 4, a_b_c, **open, `open, *not*</p>')
  assert.equal(html('one  \ntwo'), '<p>one  <br>two</p>')
})

test('lists hold lists, paragraphs and code', () => {
  assert.equal(html('* a\n  * b\n* c'), '<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>')
  assert.equal(html('3. a\n4. b\n\n   more'), '<ol start="3"><li>a</li><li>b<p>more</p></li></ol>')
  assert.equal(
    html('- a\n  goes on\n  ```sh\n  x\n  ```\n\nafter'),
    '<ul><li>a goes on<pre tabindex="0"><code>x</code></pre></li></ul><p>after</p>',
  )
})

test('code is kept letter by letter, and a fence that nobody closes ends with the text', () => {
  assert.equal(html('```yaml\nid: <a>\n\n  b\n```'), '<pre tabindex="0"><code>id: &#60;a&#62;  b</code></pre>')
  assert.equal(html('~~~\nx'), '<pre tabindex="0"><code>x</code></pre>')
})

test('tables keep their columns, bars in code divide nothing', () => {
  assert.equal(
    html('| a | b |\n|---|:-:|\n| `x|y` | 2 |\n| 3 |'),
    '<div class="scroll" tabindex="0"><table><thead><tr><th scope="col">a</th><th scope="col">b</th></tr></thead><tbody><tr><td><code>x|y</code></td><td>2</td></tr><tr><td>3</td><td></td></tr></tbody></table></div>',
  )
})

test('links lead only where a browser runs nothing, and pictures of others are links', () => {
  assert.equal(html('[a *b*](/c "t")'), '<p><a href="/c" rel="noopener noreferrer">a <em>b</em></a></p>')
  assert.equal(html('[x](javascript:alert(1))'), '<p>x)</p>')
  for (const to of [
    'JavaScript:x',
    'data:text/html,x',
    '//evil',
    '/\\evil',
    'vbscript:x',
    '\u0001javascript:x',
    'java\u0002script:x',
    '\u0001//evil',
  ])
    assert.equal(html(`[x](${to})`), '<p>x</p>', to)
  assert.equal(
    html('see https://a.b/c.'),
    '<p>see <a href="https://a.b/c" rel="noopener noreferrer">https://a.b/c</a>.</p>',
  )
  assert.equal(html('![p](https://a.b/c.png)'), '<p><a href="https://a.b/c.png" rel="noopener noreferrer">p</a></p>')
  assert.equal(html('![p](/c.png)'), '<p><img src="/c.png" alt="p"></p>')
})

test('markup is text', () => {
  assert.equal(
    html('<script>alert(1)</script> & <b>'),
    '<p>&#60;script&#62;alert(1)&#60;/script&#62; &#38; &#60;b&#62;</p>',
  )
  assert.equal(html('[a](x"onclick="y)'), '<p><a href="x&#34;onclick=&#34;y" rel="noopener noreferrer">a</a></p>')
})

test('hostile texts are read in a moment', () => {
  for (const text of [
    '['.repeat(20_000),
    '*a '.repeat(10_000),
    '> '.repeat(5_000),
    '`'.repeat(20_001),
    '- '.repeat(5_000),
  ])
    assert.ok(html(text).length > 0)
})
