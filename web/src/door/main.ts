import '@shared/theme.css'
import './bright.css'
import { createApp } from 'vue'
import DoorPage from './DoorPage.vue'
import { startWorker } from './scanner/useInstalling.ts'
import { texts } from './texts.ts'

createApp(DoorPage).use(texts).mount('#app')
void startWorker()
