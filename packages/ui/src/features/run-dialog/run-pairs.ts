// The inputs in an address: `?run=company.sales/orders&in.region=EU`.

/** What an address says of inputs. */
export function inputsOfPairs(pairs: readonly (readonly [string, string])[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    pairs.flatMap(([name, value]) => (name.startsWith('in.') ? [[name.slice(3), parsed(value)] as const] : [])),
  )
}

function parsed(text: string): unknown {
  if (!/^[[{]/.test(text)) return text
  try {
    return JSON.parse(text)
  } catch {
    return text // It only looks like JSON: then it is the text that it is.
  }
}
