"""The ids of everything the doctor can find, and what each means in a few words.

The ids are those of the literature where it has one; `doctor/cases.json` of the studies
uses the same.
"""

MEANINGS = {
    # the program
    "not_trained": "the network was never trained",
    "frozen_layer": "a layer that was never trained is frozen",
    "wrong_loss": "the loss does not fit the task",
    "loss_reduction": "the loss is summed over the batch, not averaged",
    "wrong_output_activation": "the output's activation does not fit the loss or the targets",
    "output_activation_missing": "the loss expects probabilities, and the output gives none",
    "redundant_activation": "an activation is applied twice",
    "dropout_on_logits": "dropout stands between the last layer and its softmax",
    "missing_nonlinearity": "there is nothing nonlinear between the layers",
    "wrong_hidden_activation": "a hidden activation is unsuitable",
    "wrong_axis": "the softmax runs over the wrong axis",
    "target_shape_mismatch": "targets and outputs differ in shape or encoding",
    "wrong_labels": "labels lie outside what the loss can take",
    "wrong_metric": "the metric does not fit the task",
    "optimizer_setting": "a setting of the optimizer is wrong",
    "bad_batch_size": "the batch size is far too small or large",
    "bad_initialisation": "the initial weights are badly scaled",
    "symmetry": "all units of a layer are the same",
    "excess_dropout": "dropout is too strong, or in the wrong place",
    "excess_regularisation": "the penalty on weights is too strong",
    # the data
    "nan_in_data": "a number in the data is missing or infinite",
    "unscaled_inputs": "the inputs are not scaled",
    "unscaled_targets": "the targets are not scaled",
    "double_scaling": "the inputs were scaled twice",
    "preprocess_mismatch": "training and validation rows were prepared differently",
    "train_val_leak": "rows trained on are among the rows held out",
    "eval_on_train": "the network is judged on the rows it was trained on",
    "target_leak": "an input gives the target away",
    "distribution_shift": "the rows held out come from elsewhere than those trained on",
    "train_val_shift": "training and validation rows differ",
    "no_validation": "no rows are held out",
    "duplicate_rows": "rows occur more than once",
    "too_few_samples": "there are too few rows",
    "class_imbalance": "a class is rare",
    "class_imbalance_metric": "accuracy says little about rare classes",
    "sorted_no_shuffle": "rows are in the order of their labels",
    "label_noise": "some labels seem to be wrong",
    "misaligned_labels": "rows and labels may be paired wrongly",
    "outliers": "some values lie far from all others",
    "no_signal": "the targets do not seem to depend on the inputs",
    # what happens in training
    "vanishing_gradient": "gradients vanish on their way to the first layers",
    "exploding_gradient": "activations or gradients grow without bound",
    "dying_relu": "units answer 0 to every row, and learn no more",
    "saturated_activation": "units sit on the flat ends of their activation",
    "zero_gradient": "gradients are exactly 0",
    "nan_or_inf": "the loss is no finite number",
    "lr_too_high": "the learning rate is too high",
    "lr_too_low": "the learning rate is too low",
    "gradient_sign": "training climbs the loss",
    "oscillating_loss": "the loss swings without settling",
    "slow_convergence": "the loss falls slowly",
    "loss_stuck": "the loss does not move",
    "loss_rising": "the loss climbs",
    "negative_loss": "the loss is negative",
    "bias_only": "only biases learn",
    "batch_not_learnt": "not even a few rows can be learnt by heart",
    # how it ends
    "too_few_epochs": "training ended too early",
    "constant_predictor": "the network answers the same to every row",
    "overfitting": "the network does much better on the rows it was trained on",
    "underfitting": "the network does poorly on all rows",
    "underfitting_capacity": "the network is too small for the task",
    "too_good": "the score is too good to be true",
    "initial_loss": "the loss is far too high before the first step",
}

# Those with a page of their own in docs/doctor; the others are on its index.
PAGES = (
    *("vanishing_gradient", "exploding_gradient", "dying_relu", "lr_too_high", "lr_too_low"),
    *("unscaled_inputs", "wrong_output_activation", "wrong_loss", "overfitting"),
    "class_imbalance",
)
