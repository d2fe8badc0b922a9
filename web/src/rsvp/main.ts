import '@shared/theme.css'
import { createApp } from 'vue'
import GuestPage from './GuestPage.vue'
import { tokenOf } from './gesture.ts'
import { texts } from './texts.ts'

createApp(GuestPage, { token: tokenOf(location.pathname) })
  .use(texts)
  .mount('#app')
