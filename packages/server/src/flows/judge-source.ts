// A flow judged without a server: by the language and the plugins that are installed here. What a namespace keeps is not asked for.
import { checkFlow, createCatalogue } from '@batuta/core'
import { reportFlow } from '../http/flows/report-flow.ts'
import { PLUGINS_DIR } from '../platform/places.ts'
import { readManifests } from '../plugins/manifests.ts'

export type SourceReport = Readonly<Record<string, unknown>>

/** In the form of the route `flows/validate`, one for each source. */
export function judgeSources(sources: readonly string[]): readonly SourceReport[] {
  const catalogue = createCatalogue(readManifests(PLUGINS_DIR).types)
  return sources.map((source, index) => reportFlow(source, index, checkFlow(source, { catalogue })))
}
