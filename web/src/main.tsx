import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { look, setLook } from "./parts/look";
import "./styles/fonts.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/header.css";
import "./styles/stage.css";
import "./styles/talk.css";
import "./styles/history.css";
import "./styles/keys.css";
import "./styles/wide.css";

setLook(look());
const root = document.getElementById("root");
if (root) createRoot(root).render(<StrictMode><App /></StrictMode>);
