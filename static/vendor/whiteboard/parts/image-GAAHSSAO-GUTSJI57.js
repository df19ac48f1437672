import{sk as a,tk as t,uk as e}from"./chunk-A62WDYB3.js";import"./chunk-2M4KD2PS.js";import"./chunk-O7R7PV3Q.js";export{e as decodePngMetadata,t as encodePngMetadata,a as getTEXtChunk};
