import { p } from '@batuta/plugin-sdk'
import { COMPRESSIONS } from '../codec/codecs.ts'

export const compression = p.enum(...COMPRESSIONS).dynamic()

export const fromFile = p.string().dynamic().required().storageUri().group('main').title('URI of the file.')
