/** The same flow for another namespace: only that line is touched. */
export function inNamespace(source: string, namespace: string): string {
  const line = /^namespace:.*$/m
  return line.test(source) ? source.replace(line, `namespace: ${namespace}`) : `namespace: ${namespace}\n${source}`
}
