// What the shell fetches late, in one program.
export { Palette } from './palette.tsx'
export { Shortcuts } from './shortcuts.tsx'
export { HelpDrawer } from './help-drawer.tsx'
export { MoreActions } from './more-actions.ts'
export { Recents } from './recents.tsx'
export { OperationHost } from '../features/operations/operation-host.tsx'
export { startSync } from '../lib/preferences-sync.ts'
export { FirstRunNote } from '../features/welcome/first-run-note.tsx'
