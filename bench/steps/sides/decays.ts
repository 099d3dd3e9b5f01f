/** Weights of products and embeddings decay; biases and LayerNorm do not. */
export const decays = (name: string): boolean => !name.endsWith('.bias') && !name.includes('LayerNorm');
