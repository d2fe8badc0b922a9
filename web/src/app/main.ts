import '@shared/theme.css'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { texts } from './i18n.ts'
import { createDashboardRouter } from './router.ts'

createApp(App).use(createPinia()).use(texts).use(createDashboardRouter()).mount('#app')
