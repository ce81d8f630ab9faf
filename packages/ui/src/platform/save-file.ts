/** A browser that has much to do begins to read what it saves only then. */
const KEPT_MS = 60_000

/** Saves a file where the browser keeps what it downloads. */
export function saveFile(name: string, content: BlobPart, type = 'application/octet-stream'): void {
  const url = URL.createObjectURL(new Blob([content], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS)
}
