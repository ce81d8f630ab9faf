import type { Address, Attachment } from 'postal-mime'

export interface EmailData {
  readonly [name: string]: unknown
  readonly subject: string | undefined
  readonly from: string | undefined
  readonly to: readonly string[]
  readonly cc: readonly string[]
  readonly bcc: readonly string[]
  /** ISO 8601. */
  readonly date: string | undefined
  /** The text, or the HTML where there is no other. */
  readonly body: string
  readonly messageId: string | undefined
  readonly attachments: readonly AttachmentInfo[]
}

interface AttachmentInfo {
  readonly filename: string | null
  readonly contentType: string
  readonly size: number
}

export async function readLetter(raw: Uint8Array): Promise<EmailData> {
  const { default: PostalMime } = await import('postal-mime')
  const { subject, from, to, cc, bcc, date, text, html, messageId, attachments } = await PostalMime.parse(raw)
  return {
    subject,
    from: from && addressesOf([from])[0],
    to: addressesOf(to),
    cc: addressesOf(cc),
    bcc: addressesOf(bcc),
    date: date === undefined || Number.isNaN(Date.parse(date)) ? undefined : new Date(date).toISOString(),
    body: (text ?? html ?? '').replace(/\r?\n$/, ''),
    messageId,
    attachments: attachments.map(infoOf),
  }
}

function addressesOf(addresses: readonly Address[] = []): readonly string[] {
  return addresses.flatMap(each => (each.group === undefined ? [addressText(each)] : each.group.map(addressText)))
}

function addressText({ name, address }: { readonly name: string; readonly address: string }): string {
  return name === '' ? address : `${name} <${address}>`
}

function infoOf({ filename, mimeType, content }: Attachment): AttachmentInfo {
  return { filename, contentType: mimeType, size: typeof content === 'string' ? content.length : content.byteLength }
}
