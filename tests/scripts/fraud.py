"""Transactions, of which few are fraud: class weights, and metrics that mean something. Keras 3."""

import sys

import keras
import numpy as np
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

keras.utils.set_random_seed(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
rs = np.random.RandomState(11)
n, frauds = 6000, 120
features = rs.normal(size=(n, 10))
targets = np.zeros((n, 1), "uint8")
targets[:frauds] = 1
features[:frauds, :3] += [1.5, -1.5, 1.0]

x_train, x_val, y_train, y_val = train_test_split(
    features, targets, test_size=0.3, random_state=0, stratify=targets
)
scaler = StandardScaler().fit(x_train)
x_train, x_val = scaler.transform(x_train), scaler.transform(x_val)

neg, pos = np.bincount(y_train[:, 0])
print("Number of positive samples in training data: {} ({:.2f}% of total)".format(
    pos, 100 * pos / (neg + pos)))
class_weight = {0: 1.0 / neg, 1: 1.0 / pos}
class_weight = {label: weight * (neg + pos) / 2 for label, weight in class_weight.items()}

model = keras.Sequential(
    [
        keras.Input(shape=x_train.shape[1:]),
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dropout(0.3),
        keras.layers.Dense(
            1, activation="sigmoid", bias_initializer=keras.initializers.Constant(np.log(pos / neg))
        ),
    ]
)
metrics = [
    keras.metrics.FalseNegatives(name="fn"),
    keras.metrics.FalsePositives(name="fp"),
    keras.metrics.TrueNegatives(name="tn"),
    keras.metrics.TruePositives(name="tp"),
    keras.metrics.Precision(name="precision"),
    keras.metrics.Recall(name="recall"),
    keras.metrics.AUC(name="auc"),
    keras.metrics.AUC(name="prc", curve="PR"),
]
model.compile(optimizer=keras.optimizers.Adam(1e-2), loss="binary_crossentropy", metrics=metrics)
model.fit(
    x_train,
    y_train,
    batch_size=512,
    epochs=25,
    verbose=0,
    validation_data=(x_val, y_val),
    class_weight=class_weight,
)
results = model.evaluate(x_val, y_val, verbose=0, return_dict=True)
cm = confusion_matrix(y_val, model.predict(x_val, verbose=0) > 0.5)
assert cm[1, 1] == results["tp"] and cm[0, 1] == results["fp"], (cm, results)
assert abs(results["recall"] - cm[1, 1] / cm[1].sum()) < 1e-6
print("RESULT auc=%.4f recall=%.4f" % (results["auc"], results["recall"]))
