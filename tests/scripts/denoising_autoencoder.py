# Taking noise out of digits with a convolutional autoencoder.  (Keras 2, functional)
import sys

import numpy as np
from keras.layers import Conv2D, Input, MaxPooling2D, UpSampling2D
from keras.models import Model
from sklearn.datasets import load_digits

np.random.seed(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
clean = (load_digits().images / 16.)[..., np.newaxis]
noisy = np.clip(clean + 0.3 * np.random.RandomState(0).normal(size=clean.shape), 0., 1.)
x_train, x_test = clean[:1500], clean[1500:]
x_train_noisy, x_test_noisy = noisy[:1500], noisy[1500:]

input_img = Input(shape=(8, 8, 1))
x = Conv2D(16, (3, 3), activation='relu', padding='same')(input_img)
x = MaxPooling2D((2, 2), padding='same')(x)
x = Conv2D(16, (3, 3), activation='relu', padding='same')(x)
x = UpSampling2D((2, 2))(x)
decoded = Conv2D(1, (3, 3), activation='sigmoid', padding='same')(x)

autoencoder = Model(input_img, decoded)
autoencoder.compile(optimizer='adam', loss='mse')
autoencoder.fit(x_train_noisy, x_train, epochs=8, batch_size=64, verbose=0,
                validation_data=(x_test_noisy, x_test))
before = np.mean((x_test_noisy - x_test) ** 2)
after = autoencoder.evaluate(x_test_noisy, x_test, verbose=0)
print('before', before, 'after', after)
assert after < before
print('RESULT mse=%.5f' % after)
