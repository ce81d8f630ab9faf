/** Nodes number the signals that they write: one from elsewhere must not have the number of one to come. */
export function importedSignalId(id: string): string {
  return id.startsWith('imported/') ? id : `imported/${id}`
}
