/** Where the files of a namespace lie in internal storage; ends with a slash. */
export function filesFolder(namespace: string): string {
  return `kestra:///${namespace.replaceAll('.', '/')}/_files/`
}

/** Where the contents lie that later ones have replaced. */
export function versionsFolder(namespace: string): string {
  return `kestra:///${namespace.replaceAll('.', '/')}/_file_versions/`
}
