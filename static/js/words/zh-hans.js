// Written by make messages.
import { learn } from "../words.js";

learn({});
