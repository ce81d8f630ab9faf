// Which language the page speaks. It is imported before everything else, because some texts are made as soon as their module is there.
import { setWording } from '../lib/messages.ts'
import { pseudoOf } from '../lib/pseudo.ts'
import { readLocal } from '../platform/local-store.ts'

const language = readLocal('language')
if (language === 'en-XA' || language === 'ar-XB') setWording(pseudoOf)
if (language === 'ar-XB') document.documentElement.dir = 'rtl'
