# Short reviews: tokens, padding, an embedding.  (Keras 2)
import sys

import numpy as np
from keras.layers import Dense, Embedding, Flatten
from keras.models import Sequential
from keras.preprocessing.sequence import pad_sequences
from keras.preprocessing.text import Tokenizer

np.random.seed(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
rs = np.random.RandomState(0)
good = ['great', 'lovely', 'superb', 'enjoyed', 'nice', 'brilliant']
bad = ['poor', 'awful', 'boring', 'waste', 'dull', 'terrible']
filler = ['the', 'film', 'was', 'a', 'plot', 'actors', 'scene', 'and', 'really', 'with']
docs, labels = [], []
for _ in range(500):
    label = rs.randint(2)
    words = list(rs.choice(filler, rs.randint(3, 9)))
    words += list(rs.choice(good if label else bad, rs.randint(1, 3)))
    rs.shuffle(words)
    docs.append(' '.join(words).capitalize() + '!')
    labels.append(label)
labels = np.array(labels)

t = Tokenizer(num_words=50)
t.fit_on_texts(docs)
vocab_size = len(t.word_index) + 1
encoded_docs = t.texts_to_sequences(docs)
max_length = 10
padded_docs = pad_sequences(encoded_docs, maxlen=max_length, padding='post')
print(docs[0], padded_docs[0])

model = Sequential()
model.add(Embedding(vocab_size, 8, input_length=max_length))
model.add(Flatten())
model.add(Dense(1, activation='sigmoid'))
model.compile(optimizer='adam', loss='binary_crossentropy', metrics=['acc'])
model.summary()
model.fit(padded_docs[:400], labels[:400], epochs=40, verbose=0)
loss, accuracy = model.evaluate(padded_docs[400:], labels[400:], verbose=0)
print('RESULT accuracy=%.4f' % accuracy)
