// What can be done on every page, besides going somewhere.
import { useActions } from '../lib/actions.ts'
import { useGo } from '../lib/link.tsx'
import { toggleLive, useLiveState } from '../lib/live/live.ts'
import { paths } from '../lib/paths.ts'
import { setPreferences, usePreferences } from '../lib/preferences.ts'
import { showToast } from '../widgets/toast.tsx'
import { useHelping } from './late-parts.tsx'
import { late } from './late-messages.ts'
import { t } from './messages.ts'

export function MoreActions(): null {
  const [isHelping, setHelping] = useHelping()
  const go = useGo()
  const { density, zone } = usePreferences()
  const isPaused = useLiveState() === 'paused'
  const [page, look] = [t('sectionPage'), t('sectionLook')]
  useActions([
    { id: 'drawer', title: late('drawer'), section: page, keys: '\\', run: () => setHelping(!isHelping) },
    { id: 'flows.new', title: late('newFlow'), section: t('flows'), keys: 'n', run: () => go(paths.newFlow()) },
    { id: 'link.copy', title: late('copyLink'), section: page, words: 'url address share', run: copyLink },
    { id: 'live', title: late(isPaused ? 'liveGoOn' : 'livePause'), section: page, run: toggleLive },
    {
      id: 'density',
      title: late(density === 'compact' ? 'roomy' : 'compact'),
      section: look,
      run: () => setPreferences({ density: density === 'compact' ? 'normal' : 'compact' }),
    },
    {
      id: 'zone',
      title: late(zone === 'utc' ? 'inZone' : 'inUtc'),
      section: look,
      run: () => setPreferences({ zone: zone === 'utc' ? 'browser' : 'utc' }),
    },
    { id: 'drawer.show', title: late('drawer'), section: page, isHidden: true, run: () => setHelping(true) },
  ])
  return null
}

function copyLink(): void {
  void navigator.clipboard.writeText(location.href).then(
    () => showToast({ kind: 'success', text: late('copied') }),
    () => showToast({ kind: 'error', text: location.href }),
  )
}
