// Everything that a reviewer can do, by its name; outbox.js says what a handler has.

import { ARTICLE } from "./article.js";
import { CLAIMS } from "./claims.js";
import { DISCUSSION } from "./discussion.js";
import { EVIDENCE } from "./evidence.js";
import { QUESTIONS } from "./questions.js";
import { VERDICTS } from "./verdicts.js";

export const VERBS = { ...ARTICLE, ...CLAIMS, ...DISCUSSION, ...EVIDENCE, ...QUESTIONS, ...VERDICTS };
