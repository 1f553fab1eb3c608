# Structured data with preprocessing layers inside the model.  (tf.keras)
import sys

import numpy as np
import pandas as pd
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

keras.utils.set_random_seed(int(sys.argv[1]) if len(sys.argv) > 1 else 42)
rng = np.random.default_rng(0)
n = 600
df = pd.DataFrame({
    "age": rng.integers(20, 80, n),
    "chol": rng.normal(240, 30, n),
    "sex": rng.integers(0, 2, n),
    "thal": rng.choice(["fixed", "normal", "reversible"], n),
})
df["target"] = ((df.age > 50) & (df.thal != "normal")).astype(int)
val_df = df.sample(frac=0.2, random_state=1337)
train_df = df.drop(val_df.index)


def dataframe_to_dataset(dataframe):
    dataframe = dataframe.copy()
    labels = dataframe.pop("target")
    ds = tf.data.Dataset.from_tensor_slices((dict(dataframe), labels))
    return ds.shuffle(buffer_size=len(dataframe)).batch(32)


train_ds, val_ds = dataframe_to_dataset(train_df), dataframe_to_dataset(val_df)


def encode(layer, feature, name):
    columns = train_ds.map(lambda x, y: x[name]).map(lambda x: tf.expand_dims(x, -1))
    layer.adapt(columns)
    return layer(feature)


age = keras.Input(shape=(1,), name="age")
chol = keras.Input(shape=(1,), name="chol")
sex = keras.Input(shape=(1,), name="sex", dtype="int64")
thal = keras.Input(shape=(1,), name="thal", dtype="string")
all_features = layers.concatenate([
    encode(layers.Normalization(), age, "age"),
    encode(layers.Normalization(), chol, "chol"),
    encode(layers.IntegerLookup(output_mode="multi_hot"), sex, "sex"),
    encode(layers.StringLookup(output_mode="multi_hot"), thal, "thal"),
])
x = layers.Dense(32, activation="relu")(all_features)
x = layers.Dropout(0.2)(x)
output = layers.Dense(1, activation="sigmoid")(x)
model = keras.Model([age, chol, sex, thal], output)
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.fit(train_ds, epochs=30, validation_data=val_ds, verbose=0)
sample = {"age": 60, "chol": 233.0, "sex": 1, "thal": "fixed"}
one = model.predict({name: tf.convert_to_tensor([value]) for name, value in sample.items()})
assert one.shape == (1, 1)
print("RESULT accuracy=%.4f" % model.evaluate(val_ds, verbose=0)[1])
