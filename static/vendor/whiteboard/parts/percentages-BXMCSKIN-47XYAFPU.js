import{a,b as o,c as r}from"./chunk-ZDABIDS2.js";import"./chunk-2M4KD2PS.js";import"./chunk-O7R7PV3Q.js";export{r as default,a as en,o as kaa};
