import './app/start-language.ts'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterContextProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import './app/fonts.css'
import 'virtual:tokens.css'
import './app/mantine.css'
import './app/base.css'
import './app/first-shell.css'
import { Look } from './app/look.tsx'
import { makeRouter, warmPage } from './app/router.tsx'
import { Shell } from './app/shell.tsx'
import { watchFocus } from './app/take-focus.ts'
import { startKeyboard } from './lib/keyboard.ts'
import { startLive } from './lib/live/live.ts'
import { getPreferences, startPreferences } from './lib/preferences.ts'
import { queryClient } from './lib/query.ts'
import { startTheme } from './lib/theme.ts'
import { startTooltips } from './widgets/tooltip.ts'

const ground = document.getElementById('root')
if (ground === null) throw new Error('The page has no element "root".')
const router = makeRouter()
warmPage(router)
startTheme()
startPreferences()
startLive()
startKeyboard(() => getPreferences().letterKeys === 'off')
startTooltips()
watchFocus(ground)
createRoot(ground).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <Look>
        <RouterContextProvider router={router}>
          <Shell />
        </RouterContextProvider>
      </Look>
    </QueryClientProvider>
  </StrictMode>,
)
