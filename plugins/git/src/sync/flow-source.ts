// Flows as files: YAML whose name says nothing, or the id where we write it.
const NAMESPACE_LINE = /^namespace[ \t]*:.*$/m

export function isFlowFile(path: string): boolean {
  return /\.ya?ml$/i.test(path)
}

/** The same flow in another namespace; nothing else of the text changes. */
export function inNamespace(source: string, namespace: string): string {
  return NAMESPACE_LINE.test(source)
    ? source.replace(NAMESPACE_LINE, `namespace: ${namespace}`)
    : `namespace: ${namespace}\n${source}`
}

export function namespaceIn(source: string): string | undefined {
  return /^namespace[ \t]*:[ \t]*["']?([\w.-]+)/m.exec(source)?.[1]
}

/** `a/b/flow.yml` below `company` is of `company.a.b`. */
export function namespaceOfPath(path: string, root: string): string {
  const folders = path.split('/').slice(0, -1)
  return [root, ...folders].join('.')
}

export function pathOfNamespace(namespace: string, root: string): string {
  return namespace === root ? '' : `${namespace.slice(root.length + 1).replaceAll('.', '/')}/`
}
