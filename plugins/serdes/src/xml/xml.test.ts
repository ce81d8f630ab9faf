import assert from 'node:assert/strict'
import { test } from 'node:test'
import { convert, openTestRun, textOf } from '../testing/convert.ts'
import { ionToXml } from './ion-to-xml.ts'
import { xmlToIon } from './xml-to-ion.ts'

const CATALOG = `<?xml version="1.0"?>
<!DOCTYPE catalog [<!ENTITY x "y">]>
<catalog version="1">
  <book id="007" lang="de"><title>A &amp; B</title><price>12.30</price><tag>x</tag><tag>y</tag></book>
  <book id="8"><title><![CDATA[<C>]]></title><price cur="EUR">9007199254740993</price><sold>true</sold><none/></book>
</catalog>`

test('with a query each element is a row; numbers keep every digit', async t => {
  const run = await openTestRun(t)

  const result = await convert(run, xmlToIon, CATALOG, { query: '/catalog/book' })

  assert.equal(
    await textOf(run, result),
    `{"id":"007","lang":"de","title":"A & B","price":12.30,"tag":["x","y"]}
{"id":8,"title":"<C>","price":{"cur":"EUR","content":9007199254740993},"sold":true,"none":""}
`,
  )
  assert.equal(result.outputs['size'], 2)
})

test('without a query the document is one row; lists can be forced; one row or attribute can be named', async t => {
  const run = await openTestRun(t)

  const whole = await convert(run, xmlToIon, '<a><b>1</b></a>', { parserConfiguration: { forceList: ['b'] } })
  const second = await convert(run, xmlToIon, CATALOG, { query: '/catalog/book/1' })
  const attribute = await convert(run, xmlToIon, CATALOG, { query: '/catalog/version' })

  assert.equal(await textOf(run, whole), '{"a":{"b":[1]}}\n')
  assert.match(await textOf(run, second), /^\{"id":8,.*\n$/)
  assert.equal(await textOf(run, attribute), '1\n')
})

test('what is no XML is said with its line', async t => {
  const run = await openTestRun(t)

  const broken = await convert(run, xmlToIon, '<a>\n<b></a>')
  const query = await convert(run, xmlToIon, '<a/>', { query: 'a[1]' })

  assert.match(broken.message ?? '', /the file is no XML: Unexpected close tag, Line: 1/)
  assert.match(query.message ?? '', /the query "a\[1\]" is no path/)
})

test('rows go to XML and back', async t => {
  const run = await openTestRun(t)

  const written = await convert(run, ionToXml, '{"id":1,"a b":"<x>","tags":["x","y"],"deep":{"n":null}}\n', {
    rootName: 'rows',
  })
  const text = await textOf(run, written)
  const read = await convert(run, xmlToIon, text, { query: '/rows/item' })

  assert.equal(
    text,
    '<?xml version="1.0" encoding="UTF-8"?>\n<rows>\n<item><id>1</id><a_b>&lt;x&gt;</a_b><tags>x</tags><tags>y</tags><deep><n/></deep></item>\n</rows>\n',
  )
  assert.equal(await textOf(run, read), '{"id":1,"a_b":"<x>","tags":["x","y"],"deep":{"n":""}}\n')
})
