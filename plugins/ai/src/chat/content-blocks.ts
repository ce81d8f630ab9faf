import { TaskError, type RunContext } from '@batuta/plugin-sdk'
import type { Image } from '../model/chat-types.ts'

export interface Block {
  readonly type: string | undefined
  readonly text: string | undefined
  readonly uri: string | undefined
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
}
const IMAGE_BYTES_MAX = 20 * 2 ** 20

/** Texts joined, images read from internal storage. */
export async function readBlocks(
  ctx: RunContext,
  blocks: readonly Block[],
): Promise<{ readonly text: string; readonly images: readonly Image[] }> {
  const texts: string[] = []
  const images: Image[] = []
  for (const { type = 'TEXT', text, uri } of blocks) {
    const kind = type.toUpperCase()
    if (kind === 'TEXT') texts.push(text ?? (uri === undefined ? '' : await ctx.files.readText(uri)))
    else if (kind === 'IMAGE' && uri !== undefined) images.push(await readImage(ctx, uri))
    else throw new TaskError(`a content block of the type ${type} cannot be sent: use TEXT, or IMAGE with a uri`)
  }
  return { text: texts.join('\n'), images }
}

async function readImage(ctx: RunContext, uri: string): Promise<Image> {
  const mediaType = MEDIA_TYPES[/\.[a-z]+$/i.exec(uri)?.[0].toLowerCase() ?? '']
  if (mediaType === undefined) throw new TaskError(`"${uri}" is no image that models read: png, jpg, gif or webp`)
  if ((await ctx.files.size(uri)) > IMAGE_BYTES_MAX)
    throw new TaskError(`"${uri}" has more than ${IMAGE_BYTES_MAX} bytes`)
  const chunks: Uint8Array[] = []
  for await (const chunk of await ctx.files.open(uri)) chunks.push(chunk)
  return { mediaType, base64: Buffer.concat(chunks).toString('base64') }
}
