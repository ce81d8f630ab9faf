import { colourOf, factLines, headline, type ExecutionFacts } from '../base/execution-facts.ts'

/** The message where people read HTML: a table that needs no style sheet, as mail readers take none. */
export function htmlMessage(facts: ExecutionFacts): string {
  const rows = factLines(facts).map(
    ([name, value]) =>
      `<tr><td style="padding:2px 16px 2px 0;color:#666">${escaped(name)}</td><td>${escaped(value)}</td></tr>`,
  )
  const own = facts.customMessage === undefined ? '' : `<p>${escaped(facts.customMessage)}</p>`
  return [
    '<!doctype html><html><body style="font-family:sans-serif">',
    `<h2 style="border-left:6px solid #${colourOf(facts)};padding-left:12px">${escaped(headline(facts))}</h2>`,
    `<table>${rows.join('')}</table>`,
    own,
    `<p><a href="${escaped(facts.link)}">Open the execution</a></p>`,
    '</body></html>',
  ].join('\n')
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
