import"./chunk-O7R7PV3Q.js";var e={};export{e as default};
