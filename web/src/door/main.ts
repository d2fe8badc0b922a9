import '@shared/theme.css'
import { createApp } from 'vue'
import DoorPage from './DoorPage.vue'
import { texts } from './texts.ts'

createApp(DoorPage).use(texts).mount('#app')
