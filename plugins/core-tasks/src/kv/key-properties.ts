import { p } from '@batuta/plugin-sdk'

/** Which key it is. */
export const keyProperties = {
  key: p.string().dynamic().required().group('main').title('The key.'),
  namespace: p.string().dynamic().default('{{ flow.namespace }}').title('The namespace of the key.'),
}
