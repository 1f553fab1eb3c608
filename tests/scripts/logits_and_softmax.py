# A classifier that puts out logits, and a second model that adds the softmax.  (tf.keras)
import sys

import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits

tf.random.set_seed(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
images, labels = load_digits(return_X_y=True)
images = images.reshape(-1, 8, 8) / 16.0
train_images, train_labels = images[:1400], labels[:1400]
test_images, test_labels = images[1400:], labels[1400:]

model = tf.keras.Sequential([
    tf.keras.layers.Flatten(input_shape=(8, 8)),
    tf.keras.layers.Dense(64, activation='relu'),
    tf.keras.layers.Dense(10)
])
model.compile(optimizer=tf.optimizers.Adam(0.005),
              loss=tf.losses.SparseCategoricalCrossentropy(from_logits=True),
              metrics=['accuracy'])
model.fit(train_images, train_labels, epochs=15, verbose=2)
test_loss, test_acc = model.evaluate(test_images, test_labels, verbose=2)

probability_model = tf.keras.Sequential([model, tf.keras.layers.Softmax()])
predictions = probability_model.predict(test_images)
one = probability_model(test_images[:1])
assert np.allclose(one, predictions[:1], atol=1e-5)
assert np.allclose(tf.nn.softmax(model(test_images[:5])).numpy(), predictions[:5], atol=1e-5)
assert np.argmax(predictions[0]) in range(10)
print('RESULT accuracy=%.4f' % test_acc)
