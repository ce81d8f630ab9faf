import type { LazyProperties, RunContext } from '@batuta/plugin-sdk'
import { renderTarget } from '../connection/connection-properties.ts'
import type { connectionProperties, ConnectionTarget } from '../connection/connection-properties.ts'
import type { copyProperties } from './copy-properties.ts'

type Properties = LazyProperties<typeof connectionProperties & Pick<typeof copyProperties, 'socketTimeout'>>

/** The property `socketTimeout` wins over the URL. */
export async function renderCopyTarget(ctx: RunContext, props: Properties): Promise<ConnectionTarget> {
  const target = await renderTarget(ctx, props)
  const seconds = await props.socketTimeout.render()
  return seconds === undefined ? target : { ...target, socketTimeoutMs: seconds * 1000 }
}
