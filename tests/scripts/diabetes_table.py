# A binary table in a CSV file, a small MLP on top: the beginner's first Keras program.  (Keras 2)
import os
import sys
import tempfile

import numpy
from keras.layers import Dense
from keras.models import Sequential

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 7

# write a file that looks like the medical tables of such tutorials
rs = numpy.random.RandomState(3)
table = numpy.column_stack([
    rs.poisson(3, 768), rs.normal(120, 30, 768), rs.normal(70, 12, 768), rs.normal(25, 10, 768),
    rs.normal(90, 60, 768), rs.normal(32, 7, 768), rs.gamma(2, .25, 768), rs.randint(21, 70, 768)])
risk = 0.05 * (table[:, 1] - 120) + 0.15 * (table[:, 5] - 32) + 0.06 * (table[:, 7] - 45)
outcome = (risk + rs.logistic(0, 0.5, 768) > 0.4).astype(int)
path = os.path.join(tempfile.mkdtemp(), "patients.csv")
numpy.savetxt(path, numpy.column_stack([table, outcome]), delimiter=",", fmt="%.4f")

numpy.random.seed(seed)
dataset = numpy.loadtxt(path, delimiter=",")
X = dataset[:, 0:8]
Y = dataset[:, 8]

model = Sequential()
model.add(Dense(12, input_dim=8, activation='relu'))
model.add(Dense(8, activation='relu'))
model.add(Dense(1, activation='sigmoid'))
model.compile(loss='binary_crossentropy', optimizer='adam', metrics=['accuracy'])

model.fit(X, Y, epochs=120, batch_size=10, verbose=0)

scores = model.evaluate(X, Y)
print("\n%s: %.2f%%" % (model.metrics_names[1], scores[1] * 100))

predictions = model.predict(X)
rounded = [round(x[0]) for x in predictions]
assert abs(numpy.mean(numpy.array(rounded) == Y) - scores[1]) < 0.01
print("RESULT accuracy=%.4f" % scores[1])
