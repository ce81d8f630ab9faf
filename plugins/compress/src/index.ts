import type { TaskDefinition } from '@batuta/plugin-sdk'
import { archiveCompress } from './tasks/archive-compress.ts'
import { archiveDecompress } from './tasks/archive-decompress.ts'
import { fileCompress } from './tasks/file-compress.ts'
import { fileDecompress } from './tasks/file-decompress.ts'
import { fileDecrypt } from './tasks/file-decrypt.ts'
import { fileEncrypt } from './tasks/file-encrypt.ts'

export const tasks: readonly TaskDefinition[] = [
  archiveCompress,
  archiveDecompress,
  fileCompress,
  fileDecompress,
  fileDecrypt,
  fileEncrypt,
]
