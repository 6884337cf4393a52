import { createApp } from "vue";
import App from "./App.vue";
import { restoreLanguage } from "./i18n";
import "./styles/tokens.css";
import "./styles/base.css";

restoreLanguage();
createApp(App).mount("#app");
